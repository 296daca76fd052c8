import Seeded

/// Seeds of property tests: some that stay, and a new one each run. A failure prints its seed.
let seeds = Scale.seeds(quick: 10, nightly: 150)
