#!/bin/sh
# Keeps the layers apart: which file may name which header or module. Prints each line that breaks a rule, and fails.
#
#   CLibev <- CEvLoop <- TCPMock/CBridge <- TCPMock <- TCPMockTesting
#   in CEvLoop: status, buffer, frame, program <- session (pure); loop, session, socket <- connection <- endpoint
#
# Takes the folder to check as its argument; default: this package.
set -eu

cd "${1:-"$(dirname "$0")/.."}"
broken=0

# rule WHAT PATTERN WHERE EXCEPT: no file under WHERE matches PATTERN, but those whose path matches EXCEPT.
rule() {
    # shellcheck disable=SC2086  # WHERE may be several paths
    found=$(grep -rHnE "$2" $3 --include='*.c' --include='*.h' --include='*.swift' | grep -vE "^($4):" || true)
    [ -z "$found" ] && return 0
    echo "$1:"
    echo "$found" | sed 's/^/    /'
    broken=1
}

core=Sources/CEvLoop
include='^[[:space:]]*#[[:space:]]*include[[:space:]]*'
import='^[[:space:]]*(@[A-Za-z_]+(\([A-Za-z]+\))?[[:space:]]+)*((public|package|internal|private|fileprivate)[[:space:]]+)?import[[:space:]]+(struct |class |enum |func |protocol |typealias )?'

rule '<ev.h> belongs to the loop, the connection and the endpoint' \
    "${include}<ev\.h>" $core "$core/(loop|connection[a-z_]*|endpoint[a-z_]*)\.[ch]"
rule 'the public headers know nothing of libev' \
    "${include}[<\"](ev|ev\+\+|loop|socket|connection|endpoint)\.h[>\"]" $core/include 'nothing'
rule '<sys/socket.h> belongs to the socket files and the probes' \
    "${include}<sys/socket\.h>" $core "$core/(socket[a-z_]*\.[ch]|probe[a-z_]*\.c)"
rule '<pthread.h> belongs to the loop' \
    "${include}<pthread\.h>" $core "$core/loop\.[ch]"
rule 'sockets know nothing of libev, the loop or the session' \
    "${include}\"(loop|session|connection|endpoint)\.h\"" \
    "$(echo $core/socket*.[ch] $core/probe*.[ch])" 'nothing'
rule 'the loop knows nothing of sockets and sessions' \
    "${include}\"(socket|probe|session|frame|program|buffer|ends|record|connection|endpoint)\.h\"" \
    "$(echo $core/loop.[ch])" 'nothing'
rule 'the pure files do no input or output' \
    "${include}(<(ev|pthread|poll|unistd|errno|sys/[a-z]+|netinet/[a-z]+|arpa/inet)\.h>|\"(loop|socket|probe|connection|endpoint|evl_loop|evl_endpoint)\.h\")" \
    "$(echo $core/session.[ch] $core/frame.[ch] $core/framing.c $core/program.[ch] $core/buffer.[ch] $core/ends.[ch] $core/record.[ch] $core/statistics.[ch])" 'nothing'
rule 'a connection knows nothing of its endpoint' \
    "${include}\"endpoint\.h\"" "$(echo $core/connection*.[ch])" 'nothing'
rule 'the C boundary belongs to CBridge' \
    "${import}(CEvLoop|CLibev)([^A-Za-z0-9]|\$)|(^|[^A-Za-z0-9_])(Unmanaged|OpaquePointer)([^A-Za-z0-9_]|\$)" \
    'Sources/TCPMock Sources/TCPMockTesting' 'Sources/TCPMock/CBridge/[A-Za-z+]*\.swift'
rule 'test frameworks belong to TCPMockTesting' \
    "${import}(Testing|XCTest)([^A-Za-z0-9]|\$)" Sources 'Sources/TCPMockTesting/[A-Za-z+]*\.swift'
rule 'Swift touches no socket' 'SOCK_STREAM|sockaddr' 'Sources/TCPMock Sources/TCPMockTesting' 'nothing'

[ $broken -eq 0 ]
