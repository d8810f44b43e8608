// SHA-256 (FIPS 180-4) for pages where the browser's own is closed: plain http, some disks.
// `sha256(bytes: Uint8Array)` gives 64 hexadecimal digits, in either case.
const sha256 = (() => {
  const root = (value, power) => Math.floor((value ** (1 / power) % 1) * 2 ** 32);
  const primes = [];
  for (let n = 2; primes.length < 64; n += 1) if (primes.every((p) => n % p)) primes.push(n);
  const K = primes.map((p) => root(p, 3) | 0);
  const START = primes.slice(0, 8).map((p) => root(p, 2) | 0);
  const turn = (x, n) => (x >>> n) | (x << (32 - n));
  const hex = (view) => Array.from({ length: 8 }, (_, i) =>
    view.getUint32(4 * i).toString(16).padStart(8, "0")).join("");

  function padded(bytes) {
    const blocks = new DataView(new ArrayBuffer(((bytes.length + 72) >> 6) << 6));
    new Uint8Array(blocks.buffer).set(bytes);
    blocks.setUint8(bytes.length, 0x80);
    blocks.setBigUint64(blocks.byteLength - 8, BigInt(bytes.length) * 8n);
    return blocks;
  }

  function schedule(blocks, at) {
    const w = new Int32Array(64);
    for (let i = 0; i < 64; i += 1) {
      if (i < 16) {
        w[i] = blocks.getInt32(at + 4 * i);
        continue;
      }
      const [x, y] = [w[i - 15], w[i - 2]];
      w[i] = w[i - 16] + (turn(x, 7) ^ turn(x, 18) ^ (x >>> 3))
        + w[i - 7] + (turn(y, 17) ^ turn(y, 19) ^ (y >>> 10));
    }
    return w;
  }

  function compressed(state, w) {
    let [a, b, c, d, e, f, g, h] = state;
    for (let i = 0; i < 64; i += 1) {
      const s1 = turn(e, 6) ^ turn(e, 11) ^ turn(e, 25);
      const s0 = turn(a, 2) ^ turn(a, 13) ^ turn(a, 22);
      const t1 = h + s1 + ((e & f) ^ (~e & g)) + K[i] + w[i];
      const t2 = s0 + ((a & b) ^ (a & c) ^ (b & c));
      [a, b, c, d, e, f, g, h] = [(t1 + t2) | 0, a, b, c, (d + t1) | 0, e, f, g];
    }
    return [a, b, c, d, e, f, g, h].map((word, i) => (state[i] + word) | 0);
  }

  function ours(bytes) {
    const blocks = padded(bytes);
    let state = START;
    for (let at = 0; at < blocks.byteLength; at += 64) state = compressed(state, schedule(blocks, at));
    const view = new DataView(new ArrayBuffer(32));
    state.forEach((word, i) => view.setInt32(4 * i, word));
    return hex(view);
  }

  async function digest(bytes) {
    if (!globalThis.crypto?.subtle) return ours(bytes);
    return hex(new DataView(await crypto.subtle.digest("SHA-256", bytes)));
  }
  digest.ours = ours;
  return digest;
})();
