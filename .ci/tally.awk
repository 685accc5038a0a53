# Sums the closing lines of the test runners in a log: prints `PASSED FAILED`.
# Runners: cargo test and nextest, node --test, vitest, Python's unittest and pytest.
{ gsub(/\033\[[0-9;]*m/, "") } # colours

function number_before(word,    text) {
  text = $0
  return match(text, "[0-9]+ " word) ? substr(text, RSTART) + 0 : 0
}
function add(ok, bad) { passed += ok; failed += bad }

/^test result: /                               { add(number_before("passed"), number_before("failed")) } # cargo test
/^ +Summary \[/                                { add(number_before("passed"), number_before("failed")) } # nextest
/^(#|ℹ) pass [0-9]+$/                          { add($3, 0) }                                            # node --test
/^(#|ℹ) fail [0-9]+$/                          { add(0, $3) }
/^ +Tests  .*\([0-9]+\)$/                      { add(number_before("passed"), number_before("failed")) } # vitest
/^=+ .*[0-9]+ (passed|failed|error).* =+$/     { add(number_before("passed"), number_before("failed") + number_before("error")) } # pytest
/^Ran [0-9]+ tests? in /                       { ran = $2 }                                              # unittest
/^OK( \(|$)/ && ran                            { add(ran - value("skipped"), 0); ran = 0 }
/^FAILED \((failures|errors)=/ && ran          { bad = value("failures") + value("errors"); add(ran - bad - value("skipped"), bad); ran = 0 }

function value(key) { return match($0, key "=[0-9]+") ? substr($0, RSTART + length(key) + 1) + 0 : 0 }

END { print passed + 0, failed + 0 }
