/** Separates a behaviour's name from the reason why it was not tested. */
export const because = " -- not here: ";
