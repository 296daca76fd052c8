/// Seeds of property tests: some that stay, and a new one each run. A failure prints its seed.
let seeds: [UInt64] = Array(1...150) + [.random(in: 9 ... .max)]
