/** Text for HTML: nothing in it can become markup. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}

/** `12,345`: the report's own numbers are the same in every locale. */
export function numberText(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ',')
}

/** `99.2 %`. */
export function percentText(share: number): string {
  return `${(share * 100).toFixed(1)} %`
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** `20 Nov 2026, 14:03 UTC`. */
export function timeText(at: number): string {
  const date = new Date(at)
  const clock = date.toISOString().slice(11, 16)
  return `${date.getUTCDate()} ${months[date.getUTCMonth()]} ${date.getUTCFullYear()}, ${clock} UTC`
}

/** `14:03`, or `14:03:25` where seconds matter. */
export function clockText(at: number, seconds = false): string {
  return new Date(at).toISOString().slice(11, seconds ? 19 : 16)
}
