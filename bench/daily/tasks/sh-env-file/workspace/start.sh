#!/bin/bash
# Starts the server with the settings of this installation.
set -eu

exec "${SERVER:-/usr/local/bin/server}" "$@"
