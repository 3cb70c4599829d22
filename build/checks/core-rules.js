// What the core must not say, as data for ESLint. Why: the same commands must give the same bytes on every machine,
// in every time zone and language, today and in ten years; and a platform is data, never an `if`.

export const noDefaultExport = {
  selector: 'ExportDefaultDeclaration',
  message: 'No default exports: a thing has one name everywhere.',
};

const undetermined =
  'The core is deterministic: take time from the virtual clock and chance from the seeded generator.';
const synchronous = 'The core is synchronous: a handler runs to its end, so a replay gives the same order.';
const localeFree = 'The core knows no locale: format numbers and compare strings by their code units.';

export const coreGlobals = [
  { name: 'Date', message: undetermined },
  { name: 'Intl', message: localeFree },
  { name: 'Promise', message: synchronous },
  { name: 'WeakRef', message: undetermined },
  { name: 'FinalizationRegistry', message: undetermined },
  { name: 'globalThis', message: 'The core owns its state: nothing global.' },
];

export const coreProperties = [
  { object: 'Math', property: 'random', message: undetermined },
  { property: 'localeCompare', message: localeFree },
];

const profileMessage =
  'A profile or kernel is data: read the field that says what differs. Only firmware/profiles and guest/linux/kernels know ids.';

/** `profile.id === x`, `machine.profile.id !== x`, `profileId === x`, `switch (kernel.id)`, `x.id === 'powervm-p9'`. */
const idsOf = [
  'MemberExpression[property.name="id"][object.name=/(profile|kernel)$/i]',
  'MemberExpression[property.name="id"][object.property.name=/(profile|kernel)$/i]',
  'Identifier[name=/(profile|kernel)Id$/i]',
  'MemberExpression[property.name=/(profile|kernel)Id$/i]',
];

export const coreSyntax = {
  always: [
    {
      selector: 'ForInStatement',
      message: 'for…in walks inherited keys: use for…of over Object.keys or a Map.',
    },
    { selector: ':function[async=true]', message: synchronous },
    { selector: 'AwaitExpression', message: synchronous },
    { selector: 'ForOfStatement[await=true]', message: synchronous },
    { selector: 'MemberExpression[property.name=/^toLocale/]', message: localeFree },
    // Error is the one base class: invariant() has to throw something a host can tell from other values.
    {
      selector: ':matches(ClassDeclaration, ClassExpression)[superClass][superClass.name!="Error"]',
      message: 'No inheritance in the core: compose, or use a union of plain objects.',
    },
  ],
  profileIds: [
    ...idsOf.map((id) => ({
      selector: `BinaryExpression[operator=/^[!=]==?$/] > ${id}`,
      message: profileMessage,
    })),
    ...idsOf.map((id) => ({ selector: `SwitchStatement > ${id}.discriminant`, message: profileMessage })),
    {
      selector:
        'BinaryExpression[operator=/^[!=]==?$/]:has(> MemberExpression[property.name="id"]):has(> Literal[value=/^(powervm|qemu|linux)-/])',
      message: profileMessage,
    },
  ],
};
