// The safe as the phone app has it, laid open to the test's page.
import * as keys from "../../static/src/field/keys";
import * as safe from "../../static/src/field/safe";

Object.assign(globalThis, { safe, keys });
