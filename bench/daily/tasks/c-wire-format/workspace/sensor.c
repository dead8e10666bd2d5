#include "sensor.h"

#include "wire.h"

enum { VERSION = 1 };

void encode(const struct reading *reading, uint8_t out[MESSAGE_SIZE]) {
  out[0] = VERSION;
  put32(out + 1, reading->sensor);
  put16(out + 5, (uint16_t)reading->temperature);
}

int decode(const uint8_t *bytes, size_t size, struct reading *reading) {
  if (size != MESSAGE_SIZE || bytes[0] != VERSION) return -1;
  reading->sensor = get32(bytes + 1);
  reading->temperature = (int16_t)get16(bytes + 5);
  return 0;
}
