extension Schema {
  private static let stages = ["subscriber", "lead", "opportunity", "customer", "evangelist"]
  private static let priorities = ["LOW", "MEDIUM", "HIGH"]

  static let contacts: [Property] = [
    Property("firstname", .string, .firstName, isDefault: true),
    Property("lastname", .string, .lastName, isDefault: true),
    Property("email", .string, .email, isDefault: true),
    Property("phone", .string, .phone), Property("mobilephone", .string, .phone),
    Property("company", .string, .company), Property("website", .string, .domain),
    Property("jobtitle", .string, .title), Property("address", .string, .prose),
    Property("city", .string, .choice(Words.cities)),
    Property("state", .string, .nothing), Property("zip", .string, .count(below: 99_999)),
    Property("country", .string, .choice(Words.countries)),
    Property("lifecyclestage", .enumeration, .choice(stages)),
    Property("hs_lead_status", .enumeration, .choice(["NEW", "OPEN", "UNQUALIFIED"])),
    Property("hs_additional_emails", .enumeration, .email),
    Property("associatedcompanyid", .number, .count(below: 90_000)),
    Property("notes_last_updated", .datetime, .instant(days: 80)),
    Property("date_of_birth", .date, .date(days: 0)),
    Property("hs_email_optout", .bool, .flag),
  ]

  static let companies: [Property] = [
    Property("name", .string, .company, isDefault: true),
    Property("domain", .string, .domain, isDefault: true),
    Property("phone", .string, .phone), Property("website", .string, .domain),
    Property("address", .string, .prose), Property("zip", .string, .count(below: 99_999)),
    Property("city", .string, .choice(Words.cities)),
    Property("state", .string, .nothing),
    Property("country", .string, .choice(Words.countries)),
    Property("industry", .enumeration, .choice(["BANKING", "COMPUTER_SOFTWARE", "UTILITIES"])),
    Property("numberofemployees", .number, .count(below: 90_000)),
    Property("annualrevenue", .number, .hugeInteger),
    Property("description", .string, .prose),
    Property("lifecyclestage", .enumeration, .choice(stages)),
    Property("type", .enumeration, .choice(["PROSPECT", "PARTNER", "VENDOR"])),
    Property("is_public", .bool, .flag), Property("founded", .date, .date(days: 0)),
  ]

  static let deals: [Property] = [
    Property("dealname", .string, .title, isDefault: true),
    Property("amount", .number, .money, isDefault: true),
    Property("closedate", .datetime, .instant(days: 120), isDefault: true),
    Property(
      "dealstage", .enumeration,
      .choice(["appointmentscheduled", "qualifiedtobuy", "closedwon", "closedlost"]),
      isDefault: true),
    Property("pipeline", .enumeration, .always("default"), isDefault: true),
    Property("dealtype", .enumeration, .choice(["newbusiness", "existingbusiness"])),
    Property("description", .string, .prose),
    Property("hs_priority", .enumeration, .choice(["low", "medium", "high"])),
    Property("hs_is_closed", .bool, .flag), Property("hs_forecast_amount", .number, .longDecimal),
    Property("closed_lost_reason", .string, .prose),
    Property("contract_start", .date, .date(days: 200)),
    Property("hs_num_contacts", .number, .count(below: 6)),
  ]

  static let tickets: [Property] = [
    Property("subject", .string, .title, isDefault: true),
    Property("content", .string, .prose, isDefault: true),
    Property("hs_pipeline", .enumeration, .always("0"), isDefault: true),
    Property("hs_pipeline_stage", .enumeration, .choice(["1", "2", "3", "4"]), isDefault: true),
    Property("hs_ticket_priority", .enumeration, .choice(priorities), isDefault: true),
    Property("hs_ticket_category", .enumeration, .choice(["BILLING_ISSUE", "PRODUCT_ISSUE"])),
    Property("source_type", .enumeration, .choice(["EMAIL", "FORM", "PHONE"])),
    Property("closed_date", .datetime, .instant(days: 30)),
    Property("time_to_close", .number, .count(below: 900_000_000)),
    Property("due_on", .date, .date(days: 30)), Property("hs_is_spam", .bool, .flag),
  ]

  static let products: [Property] = [
    Property("name", .string, .title, isDefault: true),
    Property("description", .string, .prose, isDefault: true),
    Property("price", .number, .money, isDefault: true),
    Property("hs_sku", .string, .hugeInteger),
    Property("hs_cost_of_goods_sold", .number, .longDecimal),
    Property("hs_recurring_billing_period", .string, .choice(["P1M", "P12M"])),
    Property("hs_product_type", .enumeration, .choice(["inventory", "service"])),
    Property("hs_url", .string, .domain), Property("tax", .number, .money),
    Property("available_from", .date, .date(days: 90)), Property("hs_active", .bool, .flag),
  ]

  static let lineItems: [Property] = [
    Property("name", .string, .title), Property("description", .string, .prose),
    Property("quantity", .number, .count(below: 400), isDefault: true),
    Property("hs_product_id", .number, .count(below: 900_000), isDefault: true),
    Property("price", .number, .money), Property("amount", .number, .longDecimal),
    Property("discount", .number, .money), Property("hs_sku", .string, .hugeInteger),
    Property("hs_line_item_currency_code", .enumeration, .choice(["EUR", "JPY", "USD"])),
    Property("hs_recurring_billing_start_date", .date, .date(days: 40)),
    Property("hs_is_optional", .bool, .flag),
  ]

  static let notes: [Property] = [
    Property("hs_note_body", .string, .prose), Property("hs_body_preview", .string, .prose),
    Property("hs_timestamp", .datetime, .instant(days: 3)),
    Property("hs_attachment_ids", .string, .nothing),
    Property("hs_engagement_source", .enumeration, .choice(["CRM_UI", "API"])),
    Property("hs_body_preview_is_truncated", .bool, .flag),
    Property("hs_at_mentioned_owner_ids", .enumeration, .owner),
    Property("hs_follow_up_on", .date, .date(days: 9)),
    Property("hs_engagement_source_id", .string, .hugeInteger),
    Property("hs_product_name", .string, .title),
  ]

  static let tasks: [Property] = [
    Property("hs_task_subject", .string, .title), Property("hs_task_body", .string, .prose),
    Property(
      "hs_task_status", .enumeration, .choice(["NOT_STARTED", "IN_PROGRESS", "COMPLETED"])),
    Property("hs_task_priority", .enumeration, .choice(priorities)),
    Property("hs_task_type", .enumeration, .choice(["CALL", "EMAIL", "LINKED_IN"])),
    Property("hs_timestamp", .datetime, .instant(days: 14)),
    Property("hs_task_completion_date", .datetime, .instant(days: 20)),
    Property("hs_task_is_all_day", .bool, .flag),
    Property("hs_task_reminder_on", .date, .date(days: 14)),
    Property("hs_num_associated_contacts", .number, .count(below: 8)),
  ]
}
