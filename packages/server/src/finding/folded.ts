/**
 * Texts as they are compared when somebody searches: without case and without accents, so that `jose` finds José. Only marks
 * that stand above and below Latin, Greek and Cyrillic letters are taken away: in other scripts a mark is a letter (Hindi कि is
 * not क).
 */

const plain = /^[\x20-\x7e]*$/;
const marks = /[\u0300-\u036f]/g;
/** Control characters separate what is kept; none is part of a text. */
const controls = /[\u0000-\u001f\u007f]+/g;
/** Letters that are not a letter and a mark, and are typed as others. */
const letters: Readonly<Record<string, string>> = {
  ß: 'ss',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  æ: 'ae',
  œ: 'oe',
  ı: 'i',
};
const others = new RegExp(`[${Object.keys(letters).join('')}]`, 'g');

export function folded(text: string): string {
  if (plain.test(text)) return text.toLowerCase();
  return text
    .toLowerCase()
    .normalize('NFD')
    .replace(marks, '')
    .normalize('NFC')
    .replace(others, (letter) => letters[letter] ?? letter)
    .replace(controls, ' ');
}
