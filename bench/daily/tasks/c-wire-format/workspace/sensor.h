#ifndef SENSOR_H
#define SENSOR_H

#include <stddef.h>
#include <stdint.h>

enum { MESSAGE_SIZE = 7 };

struct reading {
  uint32_t sensor;
  int16_t temperature; /* hundredths of a degree */
};

/* Writes MESSAGE_SIZE bytes. */
void encode(const struct reading *reading, uint8_t out[MESSAGE_SIZE]);

/* Returns 0, or -1 when these bytes are no message; then *reading is unchanged. */
int decode(const uint8_t *bytes, size_t size, struct reading *reading);

#endif
