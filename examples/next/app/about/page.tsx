export default function About() {
  return <p>Leaving the captions ends them: the microphone is off now.</p>;
}
