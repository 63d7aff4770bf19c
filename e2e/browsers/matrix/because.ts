/** What stands between a behaviour's name and the reason why it was not tested. */
export const because = " -- not here: ";
