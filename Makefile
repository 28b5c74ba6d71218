# The commands of a host who uses containers. "make" alone lists them.
#   make up            everything of compose.yaml;   make up small=1   one container on SQLite, behind Caddy
#   make build         builds the image
#   make run           one container, as the older servers had it: make run env=prod.env net-name=my-net
compose ?= $(shell docker compose version >/dev/null 2>&1 && echo docker compose || echo docker-compose)
image ?= rookery:latest
file := $(if $(small),compose.small.yaml,compose.yaml)
service := $(if $(small),rookery,worker)
BASE ?= node:24-slim
export BASE
export ROOKERY_IMAGE := $(image)
env ?= .env
port ?= 3000
net-name ?=
url ?= http://localhost:8080

.DEFAULT_GOAL := help
.PHONY: help sbom build init run rm up down logs ps test backup restore upgrade

help: ## lists the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

build: ## builds the image
	docker build --build-arg BASE=$(BASE) --tag $(image) .

sbom: ## writes sbom.cdx.json: every package of the server, with its license
	npm run --silent sbom >sbom.cdx.json

init: ## writes .env with generated secrets, unless it is there: make init url=https://photos.example.com
	@[ -e .env ] || { umask 077; docker run --rm $(image) init --stdout --url $(url) >.env.new && mv .env.new .env; }

run: ## runs one container with env=FILE, port=3000 and, if given, net-name=NETWORK
	docker run --detach --name rookery --env-file $(env) --publish $(port):3000 $(if $(net-name),--network $(net-name)) \
	  --read-only --tmpfs /tmp --cap-drop ALL --security-opt no-new-privileges --stop-timeout 40 \
	  --volume rookery-data:/data $(image)

rm: ## stops and removes that container; its data stays
	docker stop rookery && docker rm rookery

up: build init ## builds, and starts everything
	$(compose) -f $(file) up -d

down: ## stops everything; data stays
	$(compose) -f $(file) down

logs: ## shows the logs: make logs of=web1
	$(compose) -f $(file) logs --follow --tail 100 $(of)

ps: ## shows what runs
	$(compose) -f $(file) ps

# One after the other: the other web process answers meanwhile.
upgrade: build ## starts the new image without an outage
ifdef small
	$(compose) -f $(file) up -d
else
	$(compose) -f $(file) run --rm migrate
	for each in web1 web2 worker; do \
	  $(compose) -f $(file) up -d --no-deps $$each && \
	  while [ $$each != worker ] && [ "$$(docker inspect --format '{{.State.Health.Status}}' $$($(compose) -f $(file) ps -q $$each))" != healthy ]; do sleep 1; done || exit 1; \
	done
endif

test: ## runs the tests, without containers
	npm ci && npm test

backup: ## backs everything up to BACKUP_TO, or to=PLACE
	$(compose) -f $(file) exec -T $(service) rookery backup create $(to)

restore: ## brings a backup back: make restore from=PLACE id=ID; stops the server meanwhile
	$(compose) -f $(file) stop $(if $(small),rookery,web1 web2 worker)
	$(compose) -f $(file) run --rm --no-deps $(service) backup restore $(id) $(if $(from),--from $(from))
	$(compose) -f $(file) up -d
