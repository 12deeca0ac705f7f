# For scripts that start servers: to be sourced.  $folder is theirs, and theirs to remove.

# end PID SIGNAL: asks a process to end, and does not wait for ever.
end() {
  kill "-$2" "$1" 2>/dev/null
  for _ in $(seq 300); do
    kill -0 "$1" 2>/dev/null || return 0
    sleep 0.1
  done
  kill -9 "$1"
}

# Starts a throw-away PostgreSQL; its port is in $postgres_port afterwards.
start_postgres() {
  local programs as_user=()
  programs=$(printf '%s\n' /usr/lib/postgresql/*/bin | sort -V | tail -n 1)
  [ -x "$programs/postgres" ] || return 1
  mkdir "$folder/postgres"
  chmod 755 "$folder"
  if [ "$(id -u)" -eq 0 ]; then  # As which it refuses to run.
    chown postgres: "$folder/postgres"
    as_user=(setpriv --reuid=postgres --regid=postgres --init-groups)
  fi
  "${as_user[@]}" "$programs/initdb" -D "$folder/postgres/data" -U vss -A trust -E UTF8 \
    --locale=C.UTF-8 --no-sync >"$folder/postgres.log" 2>&1 || return 1
  for _ in 1 2 3 4 5; do
    postgres_port=$((20000 + RANDOM % 12000))
    "${as_user[@]}" "$programs/postgres" -D "$folder/postgres/data" -c "port=$postgres_port" \
      -c listen_addresses=127.0.0.1 -c "unix_socket_directories=$folder/postgres" \
      >>"$folder/postgres.log" 2>&1 </dev/null &
    echo $! >"$folder/postgres.pid"
    disown $!
    for _ in $(seq 100); do
      kill -0 "$(cat "$folder/postgres.pid")" 2>/dev/null || break
      "$programs/pg_isready" -q -h 127.0.0.1 -p "$postgres_port" && return 0
      sleep 0.1
    done
  done
  return 1
}
