/** Text that is HTML already. */
export class Html {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

type Part = string | Html | readonly Part[]

/** HTML from a template: what is put in is escaped unless it is HTML itself; lists are joined. */
export function html(fixed: TemplateStringsArray, ...parts: Part[]): Html {
  return new Html(fixed.map((text, place) => text + written(parts[place] ?? '')).join(''))
}

function written(part: Part): string {
  if (part instanceof Html) return part.text
  if (typeof part !== 'string') return part.map(written).join('')
  return part.replace(/[&<>"']/g, (character) => `&#${character.codePointAt(0)};`)
}
