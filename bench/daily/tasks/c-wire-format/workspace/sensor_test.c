#include <stdio.h>

#include "sensor.h"

int main(void) {
  struct reading in = {0}, out = {0};
  in.sensor = 77;
  in.temperature = -250;
  uint8_t bytes[MESSAGE_SIZE];
  encode(&in, bytes);
  if (decode(bytes, sizeof bytes, &out) != 0) return puts("not read"), 1;
  if (out.sensor != 77 || out.temperature != -250) return puts("read wrongly"), 1;
  puts("all good");
  return 0;
}
