//! The `parity` command.

use parity_cli::memory::CommandAllocator;
use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: CommandAllocator = CommandAllocator;

fn main() -> ExitCode {
    parity_cli::memory::set_budget();
    parity_cli::memory::keep_freed_memory();
    parity_cli::memory::share_c_heap();
    parity_cli::command::main()
}
