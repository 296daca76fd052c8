// A program that does only what a sync must: one thread fetches the next page while the other reads
// the page before once, and inserts its records as it comes to them.
#include "bench_limit.h"

#include <curl/curl.h>
#include <sqlite3.h>

#include <array>
#include <condition_variable>
#include <cstdio>
#include <cstring>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>

#include "cells.hpp"

namespace bench {
namespace {

[[noreturn]] void fail(const std::string &what) { throw std::runtime_error(what); }

// ---- Fetching -----------------------------------------------------------------------------------

struct Page {
  std::string body;
  std::string next;    ///< empty on the last page
};

/// Fetches pages in order, a few ahead of who reads them. A page that was read is filled again.
class Fetcher {
 public:
  explicit Fetcher(std::string url) : base(std::move(url)), thread([this] { run(); }) {}
  ~Fetcher() {
    {
      std::lock_guard<std::mutex> lock(mutex);
      is_over = true;
    }
    changed.notify_all();
    thread.join();
  }

  /// The next page, good until the next call; null after the last.
  Page *next() {
    std::unique_lock<std::mutex> lock(mutex);
    if (is_lent) taken++, is_lent = false;
    changed.notify_all();
    changed.wait(lock, [this] { return made > taken || is_over; });
    if (!error.empty()) fail(error);
    if (made == taken) return nullptr;
    is_lent = true;
    return &pages[taken % pages.size()];
  }

 private:
  std::string base, error;
  std::array<Page, 3> pages;
  size_t made = 0, taken = 0;
  bool is_lent = false, is_over = false;
  std::mutex mutex;
  std::condition_variable changed;
  std::thread thread;    // the last: it uses the others

  void run() {
    CURL *curl = curl_easy_init();
    curl_easy_setopt(curl, CURLOPT_BUFFERSIZE, 262144L);
    curl_easy_setopt(curl, CURLOPT_FAILONERROR, 1L);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, append);
    std::string after;
    for (bool is_last = false; !is_last;) {
      {
        std::unique_lock<std::mutex> lock(mutex);
        changed.wait(lock, [this] { return made - taken < pages.size() || is_over; });
        if (is_over) break;
      }
      Page &page = pages[made % pages.size()];
      std::string wrong = fetch(curl, after, page);
      after = page.next;
      is_last = after.empty() || !wrong.empty();
      std::lock_guard<std::mutex> lock(mutex);
      if (wrong.empty()) made++;
      error = wrong;
      is_over = is_over || is_last;
      changed.notify_all();
    }
    curl_easy_cleanup(curl);
  }

  std::string fetch(CURL *curl, const std::string &after, Page &page) {
    std::string url = base + "/v1/books?limit=200" + (after.empty() ? "" : "&after=" + after);
    page.body.clear();
    page.next.clear();
    curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &page.body);
    if (CURLcode code = curl_easy_perform(curl)) return curl_easy_strerror(code);
    // The place of the next page stands behind the records, and is read ahead of them.
    static const char name[] = "\"next\":\"";
    size_t at = page.body.find(name, std::min(page.body.rfind(']'), page.body.size()));
    if (at != std::string::npos) {
      at += sizeof name - 1;
      page.next = page.body.substr(at, page.body.find('"', at) - at);
    }
    page.body.reserve(page.body.size() + simdjson::SIMDJSON_PADDING);
    return {};
  }

  static size_t append(char *data, size_t size, size_t count, void *body) {
    static_cast<std::string *>(body)->append(data, size * count);
    return size * count;
  }
};

// ---- Storing ------------------------------------------------------------------------------------

struct Record {
  Cell key, cursor;
  std::array<Cell, 7> columns;
  std::string_view raw;
};

class Tables {
 public:
  explicit Tables(const char *path) {
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    if (sqlite3_open_v2(path, &database, flags, nullptr))
      fail("cannot open the database");
    execute(
        "PRAGMA page_size = 16384; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;"
        "PRAGMA cache_size = -8000; PRAGMA wal_autocheckpoint = 2000;"
        "CREATE TABLE state (next TEXT); INSERT INTO state VALUES (NULL);"
        "CREATE TABLE stream_1 (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, cursor TEXT,"
        "  deleted_ms INTEGER, c1, c2, c3, c4, c5, c6, c7);"
        "CREATE TABLE raw_1 (id INTEGER PRIMARY KEY, raw TEXT NOT NULL);");
    begin = prepare("BEGIN IMMEDIATE");
    commit = prepare("COMMIT");
    state = prepare("UPDATE state SET next = ?1");
    typed = prepare(
        "INSERT INTO stream_1 (key, cursor, c1, c2, c3, c4, c5, c6, c7)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT (key) DO NOTHING");
    raw = prepare("INSERT INTO raw_1 (id, raw) VALUES (?1, ?2)");
  }
  ~Tables() {
    for (sqlite3_stmt *statement : {begin, commit, state, typed, raw}) sqlite3_finalize(statement);
    sqlite3_close(database);
  }

  void start() { run(begin); }

  void insert(const Record &record) {
    bind(1, record.key);
    bind(2, record.cursor);
    for (size_t i = 0; i < record.columns.size(); i++) bind(int(i) + 3, record.columns[i]);
    run(typed);
    // A key that is there already is no new record.
    if (sqlite3_changes64(database) == 0) fail("a key stands twice");
    sqlite3_bind_int64(raw, 1, sqlite3_last_insert_rowid(database));
    sqlite3_bind_text(raw, 2, record.raw.data(), int(record.raw.size()), SQLITE_STATIC);
    run(raw);
  }

  void finish(const std::string &next) {
    sqlite3_bind_text(state, 1, next.data(), int(next.size()), SQLITE_STATIC);
    run(state);
    run(commit);
  }

 private:
  sqlite3 *database = nullptr;
  sqlite3_stmt *begin = nullptr, *commit = nullptr, *state = nullptr;
  sqlite3_stmt *typed = nullptr, *raw = nullptr;

  sqlite3_stmt *prepare(const char *sql) {
    sqlite3_stmt *statement = nullptr;
    if (sqlite3_prepare_v2(database, sql, -1, &statement, nullptr)) fail(sqlite3_errmsg(database));
    return statement;
  }

  void execute(const char *sql) {
    if (sqlite3_exec(database, sql, nullptr, nullptr, nullptr)) fail(sqlite3_errmsg(database));
  }

  void run(sqlite3_stmt *statement) {
    int code = sqlite3_step(statement);
    sqlite3_reset(statement);
    if (code != SQLITE_DONE) fail(sqlite3_errmsg(database));
  }

  void bind(int place, const Cell &cell) {
    switch (cell.kind) {
      case Cell::null: sqlite3_bind_null(typed, place); break;
      case Cell::integer: sqlite3_bind_int64(typed, place, cell.whole); break;
      case Cell::real: sqlite3_bind_double(typed, place, cell.number); break;
      case Cell::text:
        sqlite3_bind_text(typed, place, cell.view.data(), int(cell.view.size()), SQLITE_STATIC);
    }
  }
};

// ---- Reading ------------------------------------------------------------------------------------

/// A text or a whole number.
void read_key(const Scalar &scalar, Cell &cell) {
  bool is_whole = scalar.view.find_first_not_of("-0123456789") == std::string_view::npos;
  if (scalar.is_good && !scalar.view.empty() && (scalar.is_string || is_whole))
    cell.set(scalar.view);
}

/// The text as it is written.
void read_cursor(const Scalar &scalar, Cell &cell) {
  if (scalar.is_good && !scalar.is_null && !scalar.view.empty()) cell.set(scalar.view);
}

void read_field(ondemand::field &field, Record &record) {
  ondemand::raw_json_string name = field.key();
  if (name == "id") {
    read_key(Scalar(field.value()), record.key);
    record.columns[0].set(record.key.view);
  } else if (name == "title") {
    read_text(field.value(), record.columns[1]);
  } else if (name == "price") {
    read_number(Scalar(field.value()), record.columns[2]);
  } else if (name == "updated_at") {
    Scalar scalar(field.value());
    read_cursor(scalar, record.cursor);
    read_time(scalar, record.columns[3]);
  } else if (name == "stock") {
    read_number(Scalar(field.value()), record.columns[4]);
  } else if (name == "in_print") {
    read_boolean(Scalar(field.value()), record.columns[5]);
  } else if (name == "author") {
    ondemand::object author;
    if (field.value().get_object().get(author)) return;
    for (auto each : author)
      if (each.key() == "name") read_text(each.value(), record.columns[6]);
  }
}

void read_records(ondemand::document &document, ondemand::array records, Tables &tables) {
  Record record;
  for (ondemand::value element : records) {
    record.key.kind = record.cursor.kind = Cell::null;
    for (Cell &cell : record.columns) cell.kind = Cell::null;
    const char *start = element.raw_json_token().data();
    for (ondemand::field field : element.get_object()) read_field(field, record);
    if (record.key.kind == Cell::null) fail("a record has no key");
    const char *end = document.current_location();
    while (end[-1] != '}') end--;
    record.raw = {start, size_t(end - start)};
    tables.insert(record);
  }
}

void sync(const char *url, const char *path) {
  Tables tables(path);
  Fetcher fetcher(url);
  ondemand::parser parser;
  while (Page *page = fetcher.next()) {
    ondemand::document document =
        parser.iterate(page->body.data(), page->body.size(), page->body.capacity());
    tables.start();
    for (ondemand::field field : document.get_object())
      if (field.key() == "data") read_records(document, field.value().get_array(), tables);
    tables.finish(page->next);
  }
}

}  // namespace
}  // namespace bench

extern "C" int bench_limit_typed(const char *url, const char *database) {
  curl_global_init(CURL_GLOBAL_DEFAULT);
  try {
    bench::sync(url, database);
    return 0;
  } catch (const std::exception &error) {
    std::fprintf(stderr, "limit-typed: %s\n", error.what());
    return 1;
  }
}
