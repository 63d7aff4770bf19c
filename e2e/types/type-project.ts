/** Programs with the compiler options of a user's project. */
export interface TypeProject {
  readonly name: string;
  /** The programs, in the projects' folder. */
  readonly programs: readonly string[];
  /** As in a tsconfig.json. */
  readonly options: Readonly<Record<string, unknown>>;
}

export interface Checked {
  /** Whether the compiler came to the project at all. */
  readonly checked: boolean;
  /** What it had to say of it: nothing where all is well. */
  readonly said: string;
}
