#ifndef WIRE_H
#define WIRE_H

#include <stdint.h>

/* Big-endian numbers in memory. */
void put16(uint8_t *at, uint16_t value);
void put32(uint8_t *at, uint32_t value);
uint16_t get16(const uint8_t *at);
uint32_t get32(const uint8_t *at);

#endif
