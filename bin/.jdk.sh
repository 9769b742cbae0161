# Sourced by Denim's scripts: finds a JDK of release 25 or later, and what Denim was built into.
no_jdk="no JDK 25 found (looked at DENIM_JAVA_HOME, JAVA_HOME, /usr/lib/jvm, /opt, ~/.sdkman, ~/.jdks and PATH). Install one, or set JAVA_HOME to it."

java_release() { # JAVA_HOME's major release, empty if there is none
  [ -x "$1/bin/javac" ] || return 0
  sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release" 2>/dev/null
}

find_jdk() { # prints its folder; fails if there is none
  local candidate
  for candidate in "${DENIM_JAVA_HOME:-}" "${JAVA_HOME:-}" \
    /usr/lib/jvm/*25* /usr/lib/jvm/* /opt/java/* /opt/jdk* "$HOME"/.sdkman/candidates/java/* "$HOME"/.jdks/* \
    /Library/Java/JavaVirtualMachines/*/Contents/Home /opt/homebrew/opt/openjdk*/libexec/openjdk.jdk/Contents/Home; do
    [ -n "$candidate" ] || continue
    if [ "$(java_release "$candidate")" -ge 25 ] 2>/dev/null; then
      echo "$candidate"
      return
    fi
  done
  if command -v javac >/dev/null 2>&1; then
    candidate=$(dirname "$(dirname "$(readlink -f "$(command -v javac)")")")
    if [ "$(java_release "$candidate")" -ge 25 ] 2>/dev/null; then
      echo "$candidate"
      return
    fi
  fi
  return 1
}

class_path() { # home: all libraries of the build but those of other processors
  local other jar path=$1/testnet/target/testnet-0.1.0.jar
  case $(uname -m) in
    aarch64 | arm64) other=x86_64 ;;
    *) other=aarch_64 ;;
  esac
  for jar in "$1"/testnet/target/lib/*.jar; do
    case $jar in
      *-linux-"$other".jar) ;;
      *) path=$path:$jar ;;
    esac
  done
  echo "$path"
}
