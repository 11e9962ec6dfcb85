// Recomputes, from the bytes of one event, the root that a checkpoint signs: RFC 6962, section 2.1.
const said = (id) => JSON.parse(document.getElementById(id)?.textContent ?? "null");
const verdict = document.querySelector("[data-verdict]");

const bytes = (hex) => Uint8Array.from(hex.match(/../g), (pair) => parseInt(pair, 16));
const hex = (hash) => [...hash].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const sha256 = async (...parts) => {
  const all = await new Blob(parts).arrayBuffer();
  return new Uint8Array(await crypto.subtle.digest("SHA-256", all));
};
const leafOf = (body) => sha256(new Uint8Array([0]), new TextEncoder().encode(body));
const nodeOf = (left, right) => sha256(new Uint8Array([1]), left, right);

/** The root that a leaf leads to; RFC 9162, section 2.1.3.2. Null if the path does not fit. */
async function rootOf(hash, index, size, path) {
  let [at, last] = [index, size - 1];
  for (const sibling of path.map(bytes)) {
    if (last === 0) return null;
    if (at % 2 === 1 || at === last) {
      hash = await nodeOf(sibling, hash);
      while (at % 2 === 0 && at !== 0) [at, last] = [Math.floor(at / 2), Math.floor(last / 2)];
    } else {
      hash = await nodeOf(hash, sibling);
    }
    [at, last] = [Math.floor(at / 2), Math.floor(last / 2)];
  }
  return last === 0 ? hash : null;
}

function tell(good, words) {
  verdict.className = "sm strong tone";
  verdict.dataset.tone = good ? "ok" : "bad";
  verdict.textContent = words;
}

async function verify() {
  const proof = said("inclusion");
  const leaf = await leafOf(proof.body);
  const root = await rootOf(leaf, proof.index, proof.size, proof.path);
  const theirs = JSON.parse(proof.body).facts.sha256 === said("fingerprint");
  const signed = proof.checkpoint.split("\n")[2];
  const ours = root && btoa(String.fromCharCode(...root));
  const good = theirs && hex(leaf) === proof.leaf && root && hex(root) === proof.root && ours === signed;
  tell(
    good,
    good
      ? `The root matches, ${proof.root.slice(0, 8)}. This fingerprint is on the trail, unchanged.`
      : "The root does not match. Tell your compliance officer now.",
  );
}

document.querySelector("[data-verify]")?.addEventListener("click", () => {
  verdict.textContent = "Recomputing";
  verdict.scrollIntoView({ block: "center" });
  verify().catch(() => tell(false, "This browser could not recompute it."));
});
