# The words of the README. What `test` means stands in apps/xtask.
.PHONY: run test kill bench demo web server

# Builds everything and serves https://localhost:8443 with the embedded database; data in ./data unless BASTIDE_DATA_DIR says otherwise.
run: server
	cargo run --locked --release --package server -- serve

# Every check there is; installs and starts the services that it needs.
test:
	cargo xtask setup
	cargo xtask check

# Ends the server by kill -9 under load: 250 times for each kind of load on each ground.
kill:
	cargo build --workspace --bins --tests --locked
	BASTIDE_KILL_ROUNDS=250 cargo xtask services -- cargo nextest run --workspace --locked --profile kill kill

# The performance table.
bench: server
	cargo xtask services -- cargo run --locked --release --package bench

# Fills an empty server with an organisation to look at, prints how to sign in, and serves it.
demo: server
	cargo run --locked --release --package server -- demo
	cargo run --locked --release --package server -- serve

web: web/node_modules/.package-lock.json
	cd web && npm run build

web/node_modules/.package-lock.json: web/package-lock.json
	cd web && npm ci --no-audit --no-fund

server: web
	cargo build --locked --release --package server
