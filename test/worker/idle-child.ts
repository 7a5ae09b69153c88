// usage: node test/worker/idle-child.ts FOLDER   (runs a busy idle command, says its pid, waits to be killed)
import { startIdleCommand } from '../../offchain/worker/idle/idle-command.ts';
import { createLogger } from '../../offchain/store/log.ts';

const idle = startIdleCommand({ command: [process.execPath, '-e', 'for (;;);'], share: 0.1, userLoad: 1, home: process.argv[2] ?? '.', logBytes: 1024, log: createLogger({ name: 'child', write: () => undefined }) });
console.log(idle.status().pid);
setInterval(() => undefined, 1_000);
