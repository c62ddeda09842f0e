/*
 * The services of the reporter, each on one listening socket opened by the parent. A new one is a
 * name here, its bind in parent/open.c, and its module in report.c.
 */
#ifndef REPORT_SERVICE_H
#define REPORT_SERVICE_H

#include <stdint.h>

enum service {
	SERVICE_CONTROL,
	SERVICE_HTTP,
	SERVICE_LEGACY,
	SERVICES,
};

const char *service_name(enum service service);

/*
 * The tag of a service's descriptor in the poller: connection `index` with a generation above 0,
 * because connections come and go; generation 0 is the listening socket.
 */
uint64_t service_tag(enum service service, uint32_t generation, uint16_t index);

/* Unpacks a tag. The service is SERVICES if the tag is the loop's own. */
enum service service_of(uint64_t tag);
uint32_t service_generation(uint64_t tag);
uint16_t service_index(uint64_t tag);

#endif
