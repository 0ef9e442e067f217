/**
 * Splits one decoded record into its values (RFC 4180 with any one-character delimiter): a quoted value may hold
 * delimiters, line ends and doubled quotes; a quote inside an unquoted value is text. Null where text follows a
 * closing quote, or a quote is not closed: the record cannot be told apart safely.
 */
export function splitFields(text: string, delimiter: string, quote: string): string[] | null {
  if (!text.includes(quote)) return text.split(delimiter)
  const fields: string[] = []
  let at = 0
  for (;;) {
    if (text[at] !== quote) {
      const end = text.indexOf(delimiter, at)
      if (end === -1) {
        fields.push(text.slice(at))
        return fields
      }
      fields.push(text.slice(at, end))
      at = end + 1
      continue
    }
    const closing = closingQuote(text, at + 1, quote)
    if (closing === -1) return null
    fields.push(text.slice(at + 1, closing).replaceAll(quote + quote, quote))
    at = closing + 1
    if (at === text.length) return fields
    if (text[at] !== delimiter) return null
    at += 1
  }
}

function closingQuote(text: string, from: number, quote: string): number {
  for (let at = from; ; ) {
    const found = text.indexOf(quote, at)
    if (found === -1) return -1
    if (text[found + 1] !== quote) return found
    at = found + 2
  }
}
