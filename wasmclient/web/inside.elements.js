// make returns an element. Children are elements or plain text: markup in a text is shown.
export const make = (tag, properties = {}, ...children) => {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
};

// draw returns an SVG element.
export const draw = (tag, attributes = {}, ...children) => {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
};

export const bytes = (count) => {
  if (count < 10_000) return `${count} B`;
  if (count < 10_000_000) return `${(count / 1e3).toFixed(1)} KB`;
  return `${(count / 1e6).toFixed(1)} MB`;
};

export const milliseconds = (count) => `${count.toFixed(1)} ms`;

const styles = new Map(); // by address

// loadStyle adds a style to the page, once.
export const loadStyle = (address) => {
  if (!styles.has(address)) {
    styles.set(address, new Promise((resolve, reject) => {
      const link = make("link", { rel: "stylesheet", href: address, onload: resolve });
      link.onerror = () => {
        styles.delete(address);
        link.remove();
        reject(new Error(`${address} cannot be loaded`));
      };
      document.head.append(link);
    }));
  }
  return styles.get(address);
};
