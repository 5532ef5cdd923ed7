// Writing a mail as RFC 5322 text with two alternatives (RFC 2045 to 2047), ready for a file or for SMTP.
#pragma once

#include "server/integrations/mail.h"
#include "shared/base/buf.h"

// Appends the whole message with CRLF line ends; no line is longer than 998 bytes, everything is ASCII. Refuses what
// could end a header: control characters in an address or in the Message-ID (ERR_INTERNAL). Bcc is never written.
bool mime_write(const struct mail *mail, struct buf *out, struct err *err);

// Appends text fit for a header: as it is when it is plain ASCII, else as encoded words of 75 characters at most,
// folded. column: how much of the line is taken already.
void mime_add_header_text(struct buf *out, const char *text, size_t column);
// The bare address of "Name <address>" or "address".
void mime_bare_address(const char *mailbox, struct buf *out);
