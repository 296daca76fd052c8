// The least that a sync into typed tables could cost: what benchmarks measure the hub beside.
#pragma once

#ifdef __cplusplus
extern "C" {
#endif

/// Fetches the bookshop's pages from `url`, page after page, and stores their records into a new
/// database in the layout of the store: `stream_1` with key, cursor and typed columns, `raw_1` with
/// the records as they came, by the same row id; each page in a transaction with the place of the
/// next. Returns 0, or 1 with the reason on standard error. For a process of its own: it starts a
/// thread, and initialises libcurl.
int bench_limit_typed(const char *_Nonnull url, const char *_Nonnull database);

#ifdef __cplusplus
}
#endif
