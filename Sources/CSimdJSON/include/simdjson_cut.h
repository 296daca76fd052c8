// A C face for simdjson: read small JSON as events, judge JSON strictly, and cut the records out of a page.
//
// Threads: every function may be called from any thread; a `psj_page` belongs to one thread at a time.
// Ownership: inputs are borrowed for the call unless said otherwise; a `psj_page` is freed by `psj_page_free`.
#pragma once
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// What is wrong with a document, and where.
enum {
  PSJ_OK = 0,
  PSJ_SYNTAX = 1,     ///< not JSON
  PSJ_UTF8 = 2,       ///< not UTF-8
  PSJ_DEPTH = 3,      ///< nested deeper than allowed
  PSJ_MISSING = 4,    ///< a pointer leads nowhere
  PSJ_TYPE = 5,       ///< a pointer leads to something of another type
  PSJ_LIMIT = 6,      ///< larger than this reader takes (4 GiB)
  PSJ_TEXT = 7,       ///< a text that no database holds: U+0000 or half a character (a lone surrogate) in it
  PSJ_TWICE = 8,      ///< a member that is read stands twice, with different values
  PSJ_NULL_LIST = 9,  ///< null stands where the list of records should be
};

/// Events of `psj_walk`, in document order. Text is given with NAME, STRING (unescaped) and NUMBER (as written).
enum {
  PSJ_OBJECT = 1, PSJ_OBJECT_END = 2, PSJ_ARRAY = 3, PSJ_ARRAY_END = 4,
  PSJ_NAME = 5, PSJ_STRING = 6, PSJ_NUMBER = 7, PSJ_TRUE = 8, PSJ_FALSE = 9, PSJ_NULL = 10,
};

typedef void (*_Nullable psj_visit_or_null)(void *_Nullable context, uint32_t event, const char *_Nullable text,
                                   uint64_t size);

/// Reads one JSON document and reports its events. Returns PSJ_OK, or a code with `*offset` set to the byte where
/// reading stopped; events seen before an error must be dropped. Numbers keep their digits, whatever their size.
/// `visit` may be NULL: then the document is only judged.
int32_t psj_walk(const uint8_t *_Nullable data, uint64_t size, uint32_t max_depth, psj_visit_or_null visit,
                 void *_Nullable context, uint64_t *_Nonnull offset);

/// Judges one JSON document by RFC 8259: the same rules as `psj_walk`, without events.
int32_t psj_validate(const uint8_t *_Nullable data, uint64_t size, uint32_t max_depth, uint64_t *_Nonnull offset);

/// Bytes that must be readable (their content does not matter) behind the `size` bytes of a page.
#define PSJ_PADDING 64

typedef struct psj_text { const char *_Nullable data; uint64_t size; } psj_text;

enum { PSJ_CURSOR_TEXT = 0, PSJ_CURSOR_TIME = 1, PSJ_CURSOR_NUMBER = 2 };
/// What to cut. All texts are JSON Pointers (RFC 6901) but for names; "" is the whole value.
enum {
  PSJ_RECORDS = 0,      ///< to what the elements stand in
  PSJ_ITEM = 1,         ///< inside an element, to the record (absent: the element itself)
  PSJ_EACH = 2,         ///< inside an element, to an array whose elements are the records
  PSJ_CURSOR = 3,       ///< inside a record
  PSJ_DELETED = 4,      ///< inside a record: marks a deletion, unless it is false, 0, empty or null (also as texts)
  PSJ_KEY = 5,          ///< inside a record; repeated for a composite key
  PSJ_KEEP = 6,         ///< inside a record, repeated: handed back per record
  PSJ_INJECT_NAME = 7,  ///< repeated: a member put in front of each record, its name escaped for JSON …
  PSJ_INJECT_FROM = 8,  ///< … with the value found here inside the element
  PSJ_DELETED_TEXT = 9, ///< only this text marks a deletion
  PSJ_DELETED_NOT = 10, ///< every value but this text and null marks a deletion
  PSJ_CONSTANT = 11,    ///< repeated: a member put in front of each record, as JSON: `"name":value`
};

typedef struct psj_plan psj_plan;
/// What the elements stand in: an array, lines (NDJSON), or an object whose members they are.
enum { PSJ_FORM_ARRAY = 0, PSJ_FORM_LINES = 1, PSJ_FORM_MAP = 2 };
psj_plan *_Nonnull psj_plan_new(uint32_t cursor_type, uint32_t max_depth, uint32_t form);
void psj_plan_add(psj_plan *_Nonnull plan, uint32_t part, const char *_Nullable text, uint64_t size);
void psj_plan_free(psj_plan *_Nonnull plan);

enum { PSJ_ROW_DELETED = 1, PSJ_ROW_DEAD = 2, PSJ_ROW_OWN = 4 };

/// One record. Offsets are into the page, or into the arena for key, cursor and (with PSJ_ROW_OWN) raw.
typedef struct psj_row {
  uint64_t raw_offset, raw_size, key_offset, key_size, cursor_offset, cursor_size;
  uint32_t flags;
  uint32_t reason;                     ///< with PSJ_ROW_DEAD: a PSJ_ code
} psj_row;

typedef struct psj_page psj_page;

/// Rows that one page may have; more are PSJ_LIMIT.
#define PSJ_MAX_ROWS 250000
/// Bytes that may be made of one page, by what is injected into its records; more are PSJ_LIMIT.
#define PSJ_MAX_MADE (256u << 20)

/// Cuts a page. `data` must stay readable for `size + PSJ_PADDING` bytes for as long as raw slices are used.
psj_page *_Nonnull psj_cut(const uint8_t *_Nonnull data, uint64_t size, const psj_plan *_Nonnull plan);
void psj_page_free(psj_page *_Nonnull page);

int32_t psj_page_error(const psj_page *_Nonnull page, uint64_t *_Nonnull offset);
uint64_t psj_page_rows(const psj_page *_Nonnull page, const psj_row *_Nullable *_Nonnull rows);
psj_text psj_page_arena(const psj_page *_Nonnull page);
/// The page without its records: `[]` (or `{}`) stands where they were. With PSJ_EACH the elements stay, `[]` stands
/// for the records of each, and null for a dead element. JSON, unless the page is NDJSON (then empty).
psj_text psj_page_residue(const psj_page *_Nonnull page);
/// A JSON array with one array of kept values per live record; "[]" without `keep`.
psj_text psj_page_kept(const psj_page *_Nonnull page);
/// The greatest cursor of the page as written (index into rows), or UINT64_MAX.
uint64_t psj_page_max_cursor(const psj_page *_Nonnull page);

/// What the vendor sent: elements of the list, before `each` made several records of one.
uint64_t psj_page_elements(const psj_page *_Nonnull page);
/// Rows in which a pointer of the plan led to something that is not null.
uint64_t psj_page_matched(const psj_page *_Nonnull page, uint32_t part);

/// A point in time, as a text tells of it.
typedef struct psj_time {
  int64_t milliseconds;        ///< since 1970, UTC; rounded down
  uint32_t nanoseconds;        ///< of the second
  uint32_t fraction_digits;    ///< as written
  uint8_t is_naive;            ///< no zone is named: read as UTC
  uint8_t is_date;             ///< a day alone
  uint8_t is_rfc3339;          ///< to the letter
} psj_time;

/// Reads RFC 3339 and what is near to it (a space for the T, no seconds, no zone, `+0200`, ` UTC`, a day alone), and
/// RFC 1123. Returns 0 if it is none of them, or not in the years 0 to 9999.
int32_t psj_time_read(const char *_Nullable text, uint64_t size, psj_time *_Nonnull time);
/// Writes RFC 3339 in UTC, with milliseconds, or microseconds where there are more. `out` has room for 32 bytes.
uint64_t psj_time_write(const psj_time *_Nonnull time, char *_Nonnull out);
/// Milliseconds since 1970 of an RFC 3339 date-time; INT64_MIN if it is not one.
int64_t psj_time_ms(const char *_Nullable text, uint64_t size);

// ---- Typed columns -------------------------------------------------------------------------------

enum { PSJ_COLUMN_TEXT = 0, PSJ_COLUMN_NUMBER = 1, PSJ_COLUMN_BOOLEAN = 2, PSJ_COLUMN_TIME = 3, PSJ_COLUMN_JSON = 4 };
enum { PSJ_CELL_NULL = 0, PSJ_CELL_INTEGER = 1, PSJ_CELL_DOUBLE = 2, PSJ_CELL_TEXT = 3 };

/// One value of one record. `text` is good until the next record is read.
typedef struct psj_cell {
  uint32_t kind;
  uint32_t is_misfit;          ///< there was a value, and it does not fit the column: NULL stands for it
  uint32_t is_there;           ///< the pointer leads to something, if only to null
  int64_t integer;
  double number;
  psj_text text;
} psj_cell;

typedef struct psj_columns psj_columns;
psj_columns *_Nonnull psj_columns_new(void);
void psj_columns_add(psj_columns *_Nonnull columns, const char *_Nonnull pointer, uint64_t size, uint32_t kind);
void psj_columns_free(psj_columns *_Nonnull columns);
/// Reads the columns of one record. `record` must stay readable for `size + PSJ_PADDING` bytes. Returns one cell for
/// each column, in the order in which they were added; all are NULL where the record cannot be read.
const psj_cell *_Nonnull psj_columns_read(psj_columns *_Nonnull columns, const char *_Nonnull record, uint64_t size);

/// Whether two records say the same, whatever the order of their members and the spelling of their texts. Members that
/// `volatile_members` names (set by `psj_columns_add`, of any kind) are left out.
int32_t psj_same(const psj_columns *_Nullable volatile_members, const char *_Nonnull one, uint64_t one_size,
                 const char *_Nonnull other, uint64_t other_size);

#ifdef __cplusplus
}
#endif
