#include "include/xml_events.h"

#include <limits.h>
#include <libxml/parserInternals.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

typedef struct reading {
  xmlParserCtxtPtr parser;
  xev_visit visit;
  void *context;
  int32_t code, line;
  char *message;
} reading;

static void tell(reading *self, int32_t code, int line, const char *text) {
  if (self->code != XEV_OK) return;
  self->code = code;
  self->line = line > 0 || !self->parser || !self->parser->input ? line : self->parser->input->line;
  size_t size = text ? strlen(text) : 0;
  if (size > XEV_MESSAGE - 1) size = XEV_MESSAGE - 1;
  while (size && (unsigned char)text[size - 1] <= 0x20) size--;
  for (size_t i = 0; i < size; i++) self->message[i] = (unsigned char)text[i] < 0x20 ? ' ' : text[i];
  self->message[size] = 0;
}

static int report(reading *self, uint32_t event, const xmlChar *name, const xmlChar *text, uint64_t size) {
  if (self->code != XEV_OK) return 0;
  if (self->visit(self->context, event, (const char *)name, (const char *)text, size) == 0) return 1;
  tell(self, XEV_STOPPED, 0, "");
  xmlStopParser(self->parser);
  return 0;
}

// ---- What libxml2 calls --------------------------------------------------------------------------

/// Comes before anything of the document type is read, so that nothing in it is ever declared.
static void on_doctype(void *context, const xmlChar *name, const xmlChar *external, const xmlChar *system) {
  (void)name, (void)external, (void)system;
  reading *self = context;
  tell(self, XEV_DOCTYPE, 0, "");
  xmlStopParser(self->parser);
}

static int declares_namespace(const xmlChar *name) {
  return strncmp((const char *)name, "xmlns", 5) == 0 && (name[5] == 0 || name[5] == ':');
}

static void on_open(void *context, const xmlChar *name, const xmlChar **attributes) {
  if (!report(context, XEV_OPEN, name, NULL, 0)) return;
  for (; attributes && attributes[0]; attributes += 2) {
    if (declares_namespace(attributes[0])) continue;
    const xmlChar *value = attributes[1] ? attributes[1] : (const xmlChar *)"";
    if (!report(context, XEV_ATTRIBUTE, attributes[0], value, strlen((const char *)value))) return;
  }
}

static void on_close(void *context, const xmlChar *name) { report(context, XEV_CLOSE, name, NULL, 0); }

static void on_text(void *context, const xmlChar *text, int size) {
  if (size > 0) report(context, XEV_TEXT, NULL, text, (uint64_t)size);
}

#if LIBXML_VERSION >= 21200
typedef const xmlError *problem;
#else
typedef xmlErrorPtr problem;
#endif

/// After the first problem nothing more is wanted, but libxml2 would read on, and could find one in every byte. What is
/// left is blanked, which ends every loop of it; to stop it here would free what it is still looking at.
static void on_problem(void *context, problem found) {
  reading *self = context;
  if (found->level < XML_ERR_ERROR) return;
  int is_first = self->code == XEV_OK;
  tell(self, found->code == XML_ERR_NO_MEMORY ? XEV_MEMORY : XEV_SYNTAX, found->line, found->message);
  xmlParserInputPtr input = self->parser ? self->parser->input : NULL;
  if (is_first && input && input->cur < input->end)
    memset((xmlChar *)input->cur, 0, (size_t)(input->end - input->cur));
}

// ---- What libxml2 would take too long for --------------------------------------------------------

static int is_space(uint8_t byte) { return byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D; }

static const uint8_t *past_space(const uint8_t *at, const uint8_t *end) {
  while (at < end && is_space(*at)) at++;
  return at;
}

static const uint8_t *past_name(const uint8_t *at, const uint8_t *end) {
  while (at < end && !is_space(*at) && !memchr("<>/=\"'", *at, 6)) at++;
  return at;
}

/// libxml2 compares each attribute with all before it. So they are counted behind every `<`, wherever it stands: what
/// it takes for the beginning of an element is among these, and no element goes on behind the next one. Returns the
/// element that has too many.
static const uint8_t *crowded_element(const uint8_t *at, const uint8_t *end) {
  while ((at = memchr(at, '<', (size_t)(end - at)))) {
    const uint8_t *element = at++;
    if (at < end && (*at == '!' || *at == '?')) continue;
    at = past_name(at, end);
    for (int count = 1;; count++) {
      const uint8_t *name = past_space(at, end);
      at = past_name(name, end);
      if (at == name) break;
      at = past_space(at, end);
      if (at == end || *at != '=') break;
      at = past_space(at + 1, end);
      if (at == end || (*at != '"' && *at != '\'')) break;
      const uint8_t quote = *at++;
      while (at < end && *at != quote && *at != '<') at++;
      if (at == end || *at == '<') break;
      at++;
      if (count > XEV_MAX_ATTRIBUTES) return element;
    }
  }
  return NULL;
}

static int line_of(const uint8_t *data, const uint8_t *place) {
  int line = 1;
  for (; data < place; data++) line += *data == '\n';
  return line;
}

// ---- One document --------------------------------------------------------------------------------

static pthread_once_t is_ready = PTHREAD_ONCE_INIT;

static void parse(reading *self) {
  xmlParserCtxtPtr parser = self->parser;
  // Without XML_PARSE_HUGE, libxml2 keeps its own bounds of names, values and depth.
  xmlCtxtUseOptions(parser, XML_PARSE_NONET | XML_PARSE_IGNORE_ENC);
  // An encoding that is known is not looked for in the first bytes.
  xmlSwitchEncoding(parser, XML_CHAR_ENCODING_UTF8);
  if (!parser->encoding) parser->encoding = xmlStrdup((const xmlChar *)"UTF-8");
  // The older of its two interfaces, without XML_SAX2_MAGIC: names as they are written, no time spent on namespaces.
  xmlSAXHandler handler = {
      .initialized = 1, .internalSubset = on_doctype, .startElement = on_open, .endElement = on_close,
      .characters = on_text, .ignorableWhitespace = on_text, .cdataBlock = on_text,
  };
  *parser->sax = handler;
  parser->userData = self;
  // Problems would be printed otherwise. This is for one thread.
  xmlSetStructuredErrorFunc(self, on_problem);
  xmlParseDocument(parser);
  xmlSetStructuredErrorFunc(NULL, NULL);
  xmlResetLastError();
  // Bytes behind a U+0000 were not read.
  if (!parser->wellFormed || !parser->input || parser->input->cur < parser->input->end)
    tell(self, XEV_SYNTAX, 0, "it is not well-formed");
}

int32_t xev_read(const uint8_t *data, uint64_t size, xev_visit visit, void *context, int32_t *line,
                 char message[XEV_MESSAGE]) {
  pthread_once(&is_ready, xmlInitParser);
  reading self = {.visit = visit, .context = context, .message = message};
  message[0] = 0;
  const uint8_t *crowded = size > 0 && size <= INT_MAX ? crowded_element(data, data + size) : NULL;
  if (size == 0) {
    tell(&self, XEV_SYNTAX, 1, "the document is empty");
  } else if (size > INT_MAX) {
    tell(&self, XEV_MEMORY, 0, "the document is too large");
  } else if (crowded) {
    tell(&self, XEV_ATTRIBUTES, line_of(data, crowded), "");
  } else {
    // Newer versions of libxml2 make no copy of it, and `on_problem` writes.
    char *copy = malloc(size);
    if (copy) memcpy(copy, data, size);
    self.parser = copy ? xmlCreateMemoryParserCtxt(copy, (int)size) : NULL;
    if (self.parser) parse(&self);
    else tell(&self, XEV_MEMORY, 0, "no memory is left");
    xmlFreeParserCtxt(self.parser);
    free(copy);
  }
  *line = self.line;
  return self.code;
}
