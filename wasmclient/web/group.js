// Draws who is in a group, and for how many people the next chat is.
"use strict";

window.memberList = (() => {
  const { byId, make, setText, setAttribute } = elements;

  const newChip = () => {
    const chip = make("li"), button = Object.assign(make("button"), { type: "button" });
    chip.append(make("b"), make("span"), button);
    return chip;
  };

  // draw changes only what differs: a button that is pressed twice must stay.
  const draw = (chip, { slot, name, note, here, block, label, asked }) => {
    const [title, state, button] = chip.children;
    setAttribute(chip, "data-slot", slot);
    chip.classList.toggle("gone", !here);
    setText(title, name);
    setText(state, note);
    button.hidden = !block;
    button.classList.toggle("asked", Boolean(asked));
    setAttribute(button, "aria-label", label ?? "");
    setAttribute(button, "title", label ?? "");
  };

  const show = ({ groupSize, interests, people }) => {
    byId("group").value = groupSize;
    byId("group").disabled = !interests;
    const list = byId("people");
    list.hidden = people.length === 0;
    people.forEach((person, i) => draw(list.children[i] ?? list.appendChild(newChip()), person));
    while (list.children.length > people.length) list.lastElementChild.remove();
  };

  return { show };
})();
