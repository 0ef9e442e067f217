/** One of the two environments of an institution: to try things out, and to work. */
export type Environment = 'demo' | 'live'
