/** Characters at which a spreadsheet takes a cell for a formula (OWASP, CSV injection). */
const formulaStart = /^[=+\-@\t\r]/u

/**
 * One line of CSV (RFC 4180: commas, CRLF). A cell that a spreadsheet would run as a formula gets an apostrophe
 * in front, so that the file can be opened safely.
 */
export function csvLine(cells: readonly string[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`
}

function csvCell(text: string): string {
  const safe = formulaStart.test(text) ? `'${text}` : text
  return /[",\r\n]/u.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
