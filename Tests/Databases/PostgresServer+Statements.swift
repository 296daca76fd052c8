package import PatchbayCore
package import PatchbayStore

extension PostgresServer {
  /// What is against statements that were written for all engines: PostgreSQL refuses one, or takes
  /// or gives a value of another kind than those that all engines have. Empty where it takes all.
  package func objections(to statements: [String], database: String = "postgres") throws
    -> String
  {
    try sql(
      """
      CREATE OR REPLACE FUNCTION objection(statement text) RETURNS text LANGUAGE plpgsql AS $body$
      DECLARE
        others text;
      BEGIN
        DEALLOCATE ALL;
        EXECUTE 'PREPARE candidate AS ' || statement;
        SELECT string_agg(kind, ', ') INTO others FROM (
          SELECT to_jsonb(p) AS about FROM pg_prepared_statements p WHERE name = 'candidate'
        ) AS candidate, jsonb_array_elements_text(
          coalesce(about -> 'parameter_types', '[]') || coalesce(about -> 'result_types', '[]')
        ) AS kind WHERE kind NOT IN ('bigint', 'integer', 'text', 'bytea');
        RETURN 'values of the kind ' || others;
      EXCEPTION WHEN OTHERS THEN
        RETURN SQLERRM;
      END $body$
      """, database: database)
    let list = statements.map { "($text$\(Dialect.postgreSQL.placed($0))$text$)" }
    return try sql(
      """
      SELECT objection || E'\\n  ' || statement || E'\\n' FROM (
        SELECT statement, objection(statement) AS objection FROM (
          VALUES \(list.joined(separator: ",\n"))) AS given (statement)
      ) AS judged WHERE objection IS NOT NULL
      """, database: database)
  }
}

/// Collects the schema that is made in it, for an engine of another dialect. It has no statements.
package final class SchemaText: SQLConnection {
  package let dialect: Dialect
  package private(set) var text = ""

  package init(_ dialect: Dialect) { self.dialect = dialect }

  package var path: String { "a schema" }
  package var changeCount: Int64 { 0 }
  package func execute(_ sql: String) throws(Failure) { text += sql + "\n" }
  package func statement(_ sql: String) throws(Failure) -> any SQLStatement { throw Self.none }
  package func ownStatement(_ sql: String) throws(Failure) -> any SQLStatement { throw Self.none }
  package func transaction<R>(_ body: () throws(Failure) -> R) throws(Failure) -> R { try body() }
  package func snapshot<R>(_ body: () throws(Failure) -> R) throws(Failure) -> R { try body() }
  package func form() throws(Failure) -> Int64 { 0 }
  package func setForm(_ form: Int64) throws(Failure) {}
  package func describedSchema() throws(Failure) -> String { "" }
  package func schemaVersion() throws(Failure) -> Int64? { nil }
  package func hasTable(_ name: String) throws(Failure) -> Bool { false }

  private static var none: Failure { Failure(.bug, "store.sql", "a schema has no statements") }
}
