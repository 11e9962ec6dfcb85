// Pictures of slits, decoded ahead and dropped as soon as they are not needed: they are exposure.

export class Pictures {
  #address;
  #ready = new Map();

  /** @param {(id: string) => string} address where the picture of a task is */
  constructor(address) { this.#address = address; }

  /** Keep a picture that the server already put on the page. */
  adopt(id, picture) { if (id && picture) this.#ready.set(id, picture); }

  /** Fetch and decode what comes next; drop what does not. Each picture is fetched once. */
  expect(ids) {
    for (const id of this.#ready.keys()) if (!ids.includes(id)) this.#ready.delete(id);
    for (const id of ids) if (!this.#ready.has(id)) this.#ready.set(id, this.#fetch(id));
  }

  /** The picture of a task, to be put on the page now. */
  take(id) {
    const picture = this.#ready.get(id) ?? this.#fetch(id);
    this.#ready.delete(id);
    return picture;
  }

  forget() { this.#ready.clear(); }

  #fetch(id) {
    const picture = new Image();
    picture.src = this.#address(id);
    picture.decode().catch(() => {}); // a failure shows when the picture is
    return picture;
  }
}
