import type { StructuredAddress } from '@drawbridge/schema/address.ts'
import type { AddressProvider, KnownAddress } from '../../provider-kit/address-provider.ts'
import { type Place, placesOf } from './places.ts'

/** House numbers that are made up for a street when none was typed. */
const numbers = ['1', '12', '27'] as const
const numberPattern = /^\d{1,4}[a-z]?$/i

/**
 * Invented addresses in real countries, for the demo environment: the same text finds the same ones, and nobody is
 * asked. A number in the text becomes the house number; every other word must begin a word of the address.
 */
export const demoAddresses: AddressProvider = {
  async search({ text, country, limit }) {
    return fitting(text, country).slice(0, limit)
  },
  async format({ id, country }) {
    const [, index = '', number = ''] = /^demo-(\d{1,2})-(\d{1,4}[a-z]?)$/i.exec(id) ?? []
    const place = placesOf(country)[Number(index)]
    return index === '' || !place ? null : structured(place, number, country)
  },
}

function fitting(text: string, country: string): KnownAddress[] {
  const words = wordsOf(text)
  const typed = words.find((word) => numberPattern.test(word))
  const begun = words.filter((word) => word !== typed)
  return placesOf(country).flatMap((place, index) => {
    const known = wordsOf(lineOf(place, ''))
    if (!begun.every((word) => known.some((candidate) => candidate.startsWith(word)))) return []
    const houses = typed === undefined ? numbers : [typed]
    return houses.map((number) => ({ id: `demo-${index}-${number}`, text: lineOf(place, number) }))
  })
}

function wordsOf(text: string): string[] {
  return text
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((word) => word !== '')
}

function lineOf(place: Place, number: string): string {
  const street = place.isNumberFirst ? `${number} ${place.route}` : `${place.route} ${number}`
  const town = place.isNumberFirst
    ? [place.locality, [place.state, place.postalCode].filter(Boolean).join(' ')]
    : [`${place.postalCode} ${place.locality}`]
  return [street.trim(), ...town].join(', ')
}

function structured(place: Place, number: string, country: string): StructuredAddress {
  return {
    type: 'STRUCTURED',
    country,
    ...(place.state === null ? {} : { state_province: place.state }),
    postal_code: place.postalCode,
    locality: place.locality,
    route: place.route,
    street_number: number,
  }
}
