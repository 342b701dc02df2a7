# The words of the README. What `test` means stands in apps/xtask.
.PHONY: run test bench demo web server

DATA ?= ./data

# Builds everything and serves https://localhost:8443 with the embedded database.
run: web server
	BASTIDE_DATA_DIR="$${BASTIDE_DATA_DIR:-$(DATA)}" cargo run --locked --release --package server -- serve

# Every check there is; installs and starts the services that it needs.
test:
	cargo xtask setup
	cargo xtask check

# The performance table.
bench: web server
	cargo xtask services -- cargo run --locked --release --package bench

# An organisation with people, chats and messages to look at, then the server.
demo: web server
	BASTIDE_DATA_DIR="$${BASTIDE_DATA_DIR:-$(DATA)}" cargo run --locked --release --package server -- demo

web: web/node_modules/.package-lock.json
	cd web && npm run build

web/node_modules/.package-lock.json: web/package-lock.json
	cd web && npm ci --no-audit --no-fund

server: web
	cargo build --locked --release --package server
