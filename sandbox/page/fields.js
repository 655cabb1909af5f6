// Reads and fills the fields of a form; as in Slack, a field is known by its block and its action.

const fields = (form) => [...form.querySelectorAll("[data-field]")];
const isBox = (field) => field.type === "radio" || field.type === "checkbox";

// What was typed or chosen: block -> action -> list of texts or values.
export function values(form) {
  const found = {};
  for (const field of fields(form)) {
    const { block, field: action } = field.dataset;
    const held = ((found[block] ??= {})[action] ??= []);
    if (isBox(field) ? field.checked : field.value) held.push(field.value);
  }
  return found;
}

// Fills in again what was filled in before.
export function restore(form, kept) {
  for (const field of fields(form)) {
    const held = kept[field.dataset.block]?.[field.dataset.field];
    if (!held) continue;
    const value = held[0] ?? "";
    if (isBox(field)) field.checked = held.includes(field.value);
    else if (!field.options || [...field.options].some((option) => option.value === value)) field.value = value;
  }
}
