use super::*;
use crate::files::split::{RowGroup, packs};
use parity_kernels::domain::Side;

/// Pieces of packs: file, first row group, first row.
fn pieces(files: &[Vec<RowGroup>], target_bytes: u64) -> Vec<Vec<(usize, usize, u32)>> {
    let of = |pack: &Vec<Split>| pack.iter().map(|s| (s.file, s.first_row_group, s.first_row)).collect();
    packs(files, Side::Left, target_bytes).iter().map(of).collect()
}

fn row_group(len_bytes: u64) -> RowGroup {
    RowGroup { rows: 10, len_bytes }
}

#[test]
fn files_are_packed_while_they_come_to_the_target() {
    let mib = 1 << 20;
    let files: Vec<Vec<RowGroup>> = [30, 30, 50, 10, 200, 5]
        .map(|bytes| vec![row_group(bytes * mib)])
        .to_vec();
    assert_eq!(
        pieces(&files, 64 * mib),
        [
            vec![(0, 0, 0), (1, 0, 10)],
            vec![(2, 0, 0), (3, 0, 10)],
            vec![(4, 0, 0)],
            vec![(5, 0, 0)],
        ]
    );
    for (number, pack) in packs(&files, Side::Left, 64 * mib).iter().enumerate() {
        assert!(pack.iter().all(|split| split.number == number as u32));
    }
}

#[test]
fn row_numbers_of_a_pack_fit_and_small_files_are_not_too_many() {
    let large = RowGroup {
        rows: u32::MAX - 5,
        len_bytes: 1,
    };
    let small = row_group(1);
    assert_eq!(pieces(&[vec![large], vec![small]], 100).len(), 2);
    let files = vec![vec![row_group(1 << 20)]; 100];
    let sizes: Vec<usize> = pieces(&files, u64::MAX).iter().map(Vec::len).collect();
    assert_eq!(sizes, [32, 32, 32, 4]);
}
