extension BillingPolicy {
  /// A policy to begin with.
  package static let example = """
    # What whoever runs this hub decided about money. Amounts are in millionths of a unit of their
    # currency; parts are in parts per million. Days begin at midnight UTC.
    billing: 1

    seller:
      name: Example Hub Ltd
      address: [1 Example Street, 10115 Berlin]
      tax_id: DE123456789
    payment_days: 30

    # Where the platform takes less than was signed. What was charged already stays.
    platform_ppm:
      - { publisher: acme, from: "2027-01-01", ppm: 250000 }

    # Publishers whose first charges, of all time, are shared without the platform.
    groups:
      - { name: newcomers, publishers: [acme], currency: EUR, free_micros: 1000000000 }

    # What is paid by the month. Requests beyond those of a plan are refused.
    plans:
      - { name: free, currency: EUR, month_micros: 0, requests: 100 }
      - { name: starter, currency: EUR, month_micros: 29000000, requests: 10000 }
      - { name: team, currency: EUR, month_micros: 299000000, requests: 250000 }
      - { name: scale, currency: EUR, month_micros: 999000000 }

    # By connection. A month with several plans is paid by days; a trial costs nothing.
    customers:
      demo:
        name: Demo Ltd
        address: [2 Example Street, 10115 Berlin]
        tax_id: DE987654321
        tax: { name: VAT 19 %, ppm: 190000 }
        plans:
          - { plan: starter, from: "2026-11-01", trial_days: 14 }

    # By party, as in the terms of plugins.
    partners:
      acme:
        account: DE00 0000 0000 0000 0000 00
        hold_days: 14
        minimum_payout_micros: 50000000
        withholding_ppm: 0

    # What may be spent in a month. match: organisation, team, key, connection, plugin, model.
    budgets:
      - name: demo
        match: { connection: demo }
        currency: EUR
        limit_micros: 100000000
        alerts_percent: [50, 80, 100]

    # Who may propose entries by hand, and agree to those of somebody else.
    approvers: [anna, bert]

    """
}
