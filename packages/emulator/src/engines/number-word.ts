const small = (
  "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen " +
  "seventeen eighteen nineteen"
).split(" ");
const tens = "zero ten twenty thirty forty fifty sixty seventy eighty ninety".split(" ");

/** A whole number from 0 as one English word: "twenty-one"; from 1,000 on as digits. */
export function numberWord(value: number): string {
  if (value >= 1_000) return String(value);
  const below = small[value];
  if (below !== undefined) return below;
  const [unit, rest] = value >= 100 ? [100, value % 100] : [10, value % 10];
  const head = unit === 100 ? `${small[Math.floor(value / 100)]}-hundred` : `${tens[Math.floor(value / 10)]}`;
  return rest === 0 ? head : `${head}-${numberWord(rest)}`;
}
