/*
 * Exit statuses of the binary, as in sysexits(3).
 */
#ifndef PARENT_STATUS_H
#define PARENT_STATUS_H

enum status {
	STATUS_OK = 0,
	STATUS_FAILED = 1,      /* the request failed; the reason is on standard error */
	STATUS_USAGE = 64,      /* unknown word or option */
	STATUS_SYSTEM = 71,     /* a socket, pipe or process could not be made */
	STATUS_PERMISSION = 77, /* permission denied */
	STATUS_CONFIG = 78,     /* the configuration is missing or has faults */
};

#endif
