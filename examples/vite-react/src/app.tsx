import { useState } from "react";
import { Captions } from "./captions.tsx";

export function App() {
  const [isOpen, setOpen] = useState(true);
  return (
    <>
      <nav>
        <button type="button" onClick={() => setOpen(true)}>
          Captions
        </button>
        <button type="button" onClick={() => setOpen(false)}>
          About
        </button>
      </nav>
      {isOpen ? <Captions /> : <p>Leaving the captions ends them: the microphone is off now.</p>}
    </>
  );
}
