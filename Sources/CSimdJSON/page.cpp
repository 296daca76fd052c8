#include "page.hpp"

extern "C" psj_plan *psj_plan_new(uint32_t cursor_type, uint32_t max_depth, uint32_t form) {
  auto *plan = new psj_plan{};
  plan->cursor_type = cursor_type;
  plan->max_depth = max_depth;
  plan->form = form;
  return plan;
}

extern "C" void psj_plan_add(psj_plan *plan, uint32_t part, const char *text, uint64_t size) {
  std::string value(text ? text : "", size_t(size));
  switch (part) {
    case PSJ_RECORDS: plan->records = value; break;
    case PSJ_ITEM: plan->item = value; break;
    case PSJ_EACH: plan->each = value; break;
    case PSJ_CURSOR: plan->cursor = plan->inside.add(value); break;
    case PSJ_DELETED: plan->deleted = plan->inside.add(value); break;
    case PSJ_DELETED_TEXT: plan->deleted_text = value; break;
    case PSJ_DELETED_NOT: plan->deleted_not = value; break;
    case PSJ_KEY: plan->keys.push_back(plan->inside.add(value)); break;
    case PSJ_KEEP: plan->keep.push_back(plan->inside.add(value)); break;
    case PSJ_INJECT_NAME: plan->inject_names.push_back(value); break;
    case PSJ_INJECT_FROM: plan->inject_from.push_back(value); break;
    case PSJ_CONSTANT: plan->constants += (plan->constants.empty() ? "" : ",") + value; break;
    default: break;
  }
}

extern "C" void psj_plan_free(psj_plan *plan) { delete plan; }

extern "C" void psj_page_free(psj_page *page) { delete page; }
extern "C" int32_t psj_page_error(const psj_page *page, uint64_t *offset) {
  *offset = page->offset;
  return page->code;
}
extern "C" uint64_t psj_page_rows(const psj_page *page, const psj_row **rows) {
  *rows = page->rows.data();
  return page->rows.size();
}
extern "C" psj_text psj_page_arena(const psj_page *page) { return {page->arena.data(), page->arena.size()}; }
extern "C" psj_text psj_page_residue(const psj_page *page) { return {page->residue.data(), page->residue.size()}; }
extern "C" psj_text psj_page_kept(const psj_page *page) { return {page->kept.data(), page->kept.size()}; }
extern "C" uint64_t psj_page_max_cursor(const psj_page *page) { return page->max_cursor; }
extern "C" uint64_t psj_page_elements(const psj_page *page) { return page->elements; }
extern "C" uint64_t psj_page_matched(const psj_page *page, uint32_t part) {
  return part == PSJ_CURSOR ? page->cursors : page->deletions;
}
