#pragma once
#include <archive.h>
#include <archive_entry.h>

// Types of entries, which are macros with casts.

static const unsigned int archive_type_file = AE_IFREG;
static const unsigned int archive_type_link = AE_IFLNK;
static const unsigned int archive_type_folder = AE_IFDIR;
