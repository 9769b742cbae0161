# Sourced by the executables in this folder, with their path in `self`: builds Denim if it is not built yet, and
# becomes the JVM. Nothing here starts a process where all is built, as that would take longer than the rest.
# shellcheck shell=sh
case $self in
  */*) home=$(cd -P "${self%/*}/.." && pwd) ;;
  *) home=$(cd -P .. && pwd) ;;
esac
launch=$home/testnet/target/launch

# Whether this folder is built; sets `java`.
built() {
  { read -r place && read -r java; } 2>/dev/null <"$launch/built" && [ "$place" = "$home" ] && [ -x "$java" ]
}

# run KIND MAIN ARGUMENTS...: becomes the JVM of a tool, a peer or an orderer. DENIM_JAVA_HOME names another JDK,
# DENIM_HEAP the largest heap, DENIM_JAVA_OPTIONS more options.
run() {
  kind=$1 main=$2
  shift 2
  if ! built; then
    (
      flock 9
      built || "$home/denim" build >&2
    ) 9>"${TMPDIR:-/tmp}/denim-build.lock"
    built || exit 1
  fi
  [ -z "${DENIM_JAVA_HOME:-}" ] || java=$DENIM_JAVA_HOME/bin/java
  # shellcheck disable=SC2086
  exec "$java" "-XX:AOTCache=$launch/$kind.aot" "@$launch/$kind.options" ${DENIM_HEAP:+"-Xmx$DENIM_HEAP"} \
    ${DENIM_JAVA_OPTIONS:-} "$main" "$@"
}
