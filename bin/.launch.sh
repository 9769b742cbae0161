# Sourced by the executables in this folder: builds Denim if it is not built yet, and becomes the JVM.
# shellcheck shell=bash
home=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)
# shellcheck source=bin/.jdk.sh
source "$home/bin/.jdk.sh"

# What every JVM of ours is given; DENIM_JAVA_OPTIONS adds to it.
# shellcheck disable=SC2206
jvm_options=(-Xlog:disable -Xlog:all=off --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow ${DENIM_JAVA_OPTIONS:-})

prepare() { # sets `java` and `class_path`
  if [ ! -f "$home/testnet/target/built" ]; then
    (
      flock 9
      [ -f "$home/testnet/target/built" ] || "$home/denim" build >&2
    ) 9>"${TMPDIR:-/tmp}/denim-build.lock"
  fi
  local known=$home/testnet/target/jdk
  java=
  if [ -r "$known" ]; then
    read -r java <"$known" || true
  fi
  if [ -n "${DENIM_JAVA_HOME:-}" ] || [ ! -x "$java" ]; then
    local jdk
    if ! jdk=$(find_jdk); then
      echo "$(basename "$0"): $no_jdk" >&2
      exit 1
    fi
    java=$jdk/bin/java
    { echo "$java" >"$known"; } 2>/dev/null || true
  fi
  class_path=$(class_path "$home")
}

# run_tool ARCHIVE MAIN ARGUMENTS...: a command that ends soon.
run_tool() {
  local archive=$1 main=$2
  shift 2
  prepare
  exec "$java" -Xmx"${DENIM_HEAP:-512m}" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 \
    -XX:+AutoCreateSharedArchive -XX:SharedArchiveFile="$home/testnet/target/$archive.jsa" \
    -Dslf4j.provider=org.slf4j.helpers.NOP_FallbackServiceProvider -Dslf4j.internal.verbosity=WARN \
    "${jvm_options[@]}" -cp "$class_path" "$main" "$@"
}

# run_node ARCHIVE MAIN ARGUMENTS...: a server.
run_node() {
  local archive=$1 main=$2
  shift 2
  prepare
  exec "$java" -Xmx"${DENIM_HEAP:-1g}" -XX:+UseParallelGC -XX:+ExitOnOutOfMemoryError \
    -XX:+AutoCreateSharedArchive -XX:SharedArchiveFile="$home/testnet/target/$archive.jsa" \
    "${jvm_options[@]}" -cp "$class_path" "$main" "$@"
}
