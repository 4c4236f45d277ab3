/** From sending to receiving, in milliseconds: counted in steps of 0.05 up to 200, then of 10. */

const FINE = 4000;
const STEPS = 8000;

export class Latencies {
  constructor() {
    this.steps = new Float64Array(STEPS);
  }

  clear() {
    this.steps.fill(0);
  }

  add(milliseconds) {
    const step = milliseconds < 200 ? milliseconds * 20 : FINE + (milliseconds - 200) / 10;
    this.steps[Math.min(STEPS - 1, Math.max(0, Math.floor(step)))]++;
  }

  get count() {
    return this.steps.reduce((sum, count) => sum + count, 0);
  }

  /** The time that this share of all stayed under; null without any. */
  quantile(share) {
    const total = this.count;
    if (total === 0) return null;
    let passed = 0;
    for (let step = 0; step < STEPS; step++) {
      passed += this.steps[step];
      if (passed >= share * total) return step < FINE ? (step + 1) / 20 : 200 + (step - FINE) * 10;
    }
    return null;
  }
}
