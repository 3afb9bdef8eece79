#!/bin/sh
# Prints .env.example with a fresh secret in each empty *_PASSWORD, *_SECRET and *_KEY:
#   deploy/make_env.sh > .env && chmod 600 .env
# The connections to your systems stay empty: fill those in.
set -eu
cd "$(dirname "$0")/.."

secret() { # 32 random bytes as base64url: a Fernet key, and safe inside a URL without its padding
    head -c 32 /dev/urandom | base64 | tr -d '\n' | tr '+/' '-_'
}

while IFS= read -r line; do
    case "$line" in
        *FERNET_KEY=) printf '%s%s\n' "$line" "$(secret)" ;;
        *_PASSWORD= | *_SECRET= | *_KEY=) printf '%s%s\n' "$line" "$(secret | tr -d '=')" ;;
        *) printf '%s\n' "$line" ;;
    esac
done < .env.example
