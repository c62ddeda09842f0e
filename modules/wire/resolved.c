#include "wire/resolved.h"

void resolved_write(struct wr *w, const struct resolved *r)
{
	wr_u32(w, r->link);
	wr_bytes(w, r->to.ip, sizeof(r->to.ip));
	wr_u32(w, r->to.scope);
	wr_u16(w, r->to.port);
}

struct resolved resolved_read(struct rd *r)
{
	struct resolved out;

	out.link = rd_u32(r);
	rd_bytes(r, out.to.ip, sizeof(out.to.ip));
	out.to.scope = rd_u32(r);
	out.to.port = rd_u16(r);
	return out;
}
