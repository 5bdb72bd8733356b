// The words of the panel: inside.en.html and inside.ja.html, documents of sections.

// Where the code of this program can be read.
const sources = "https://github.com/wasmp2pchat/wasmp2pchat/blob/main/";

const loading = new Map(); // by language

// pageLanguage returns the language that the page has now. The person can change it.
export const pageLanguage = () => document.documentElement.lang;

// loadWords returns the words in the page's language. They are fetched once.
export const loadWords = () => {
  const language = pageLanguage();
  if (!loading.has(language)) {
    loading.set(language, fetchWords(language).catch((error) => {
      loading.delete(language);
      throw error;
    }));
  }
  return loading.get(language);
};

const fetchWords = async (language) => {
  const response = await fetch(document.getElementById("inside-open").dataset[language === "ja" ? "wordsJa" : "wordsEn"]);
  if (!response.ok) throw new Error(`the words of the panel cannot be loaded: the server answered ${response.status}`);
  return new Words(language, new DOMParser().parseFromString(await response.text(), "text/html"));
};

class Words {
  constructor(language, sections) {
    this.language = language;
    const by = (name) => new Map([...sections.querySelectorAll(`section[data-${name}]`)].map((section) => [section.dataset[name], section]));
    this.texts = by("text");
    this.rows = by("key");
    this.lines = [...by("sdp")].sort(([a], [b]) => b.length - a.length);
  }

  // text returns a text of the panel itself.
  text(key) {
    return this.texts.get(key)?.textContent.trim() ?? key;
  }

  // of returns the section of a row, or of the next more general key, or undefined.
  of(key) {
    for (let general = key; general; general = general.slice(0, Math.max(general.lastIndexOf("."), 0))) {
      if (this.rows.has(general)) return this.rows.get(general);
    }
  }

  // heading returns the words of a row, with its value in place of "{...}".
  heading(key, value = "") {
    return this.of(key)?.querySelector("h3").textContent.replace(/\{[^}]*\}/, () => value) ?? key;
  }

  // why returns the sentences that explain a row, or "".
  why(key) {
    return this.of(key)?.querySelector("p").textContent ?? "";
  }

  // links returns the addresses and the texts of the links of a row.
  links(key) {
    return [...this.of(key)?.querySelectorAll("a") ?? []].map((link) => {
      const address = link.getAttribute("href");
      return { text: link.textContent, href: address.startsWith("https://") ? address : sources + address.split("#")[0] };
    });
  }

  // line returns a sentence about a line of SDP.
  line(text) {
    return this.lines.find(([prefix]) => text.startsWith(prefix))?.[1].textContent.trim() ?? "";
  }
}
