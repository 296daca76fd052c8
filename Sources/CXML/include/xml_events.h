// Reads an XML document with libxml2 and reports its elements and texts. Made for documents of strangers: nothing is
// loaded from a file or the network, no entity is expanded but the five of XML itself, and a document type ends it.
//
// Threads: may be called from any thread. Ownership: everything is borrowed for the call.
#pragma once
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Events in document order. Comments, processing instructions and declarations of namespaces are left out.
enum {
  XEV_OPEN = 1,       ///< an element begins: its name
  XEV_ATTRIBUTE = 2,  ///< of the element that has just begun: its name and its value
  XEV_TEXT = 3,       ///< a piece of text, CDATA included; one text may come in several pieces
  XEV_CLOSE = 4,      ///< the element that was opened last ends
};

/// How a document ended.
enum {
  XEV_OK = 0,
  XEV_SYNTAX = 1,   ///< not well-formed
  XEV_DOCTYPE = 2,  ///< it has a document type
  XEV_STOPPED = 3,  ///< `visit` wanted no more
  XEV_MEMORY = 4,
  XEV_ATTRIBUTES = 5,  ///< an element has more than XEV_MAX_ATTRIBUTES
};

/// Attributes of one element, declarations of namespaces among them.
#define XEV_MAX_ATTRIBUTES 256

/// `name` is NUL-terminated, as it is written, and stays where it is until `xev_read` returns; `text` is good for the
/// event only. In the text of an attribute `&#38;` stands for every `&`, because libxml2 leaves that one unread.
/// Anything but 0 ends the reading.
typedef int32_t (*xev_visit)(void *_Nullable context, uint32_t event, const char *_Nullable name,
                             const char *_Nullable text, uint64_t size);

/// Room for what is wrong with a document.
#define XEV_MESSAGE 256

/// Reads one document. Its bytes are UTF-8, whatever it declares. After anything but XEV_OK, `*line` is where reading
/// stopped (0 if unknown), and `message` says why, in one line; events seen before must be dropped.
int32_t xev_read(const uint8_t *_Nullable data, uint64_t size, xev_visit _Nonnull visit, void *_Nullable context,
                 int32_t *_Nonnull line, char message[_Nonnull XEV_MESSAGE]);

#ifdef __cplusplus
}
#endif
