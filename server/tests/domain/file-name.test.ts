import { describe, expect, it } from 'vitest';
import { downloadNameOf, keptFileName } from '../../src/domain/media/file-name.ts';

describe('the name of an uploaded file', () => {
  it.each([
    ['IMG_0001.HEIC', 'IMG_0001.jpg'],
    ['two words.png', 'two words.jpg'],
    ['../../etc/passwd', 'passwd.jpg'],
    ['C:\\Users\\bob\\photo.jpg', 'photo.jpg'],
    ['photo.html', 'photo.jpg'],
    ['archive.tar.gz', 'archive.tar.jpg'],
    ['.htaccess', 'htaccess.jpg'],
    ['a"b.png', 'a_b.jpg'],
    ['a\r\nset-cookie: x.png', 'aset-cookie_ x.jpg'],
    ['gpj.\u202Eexe.png', 'gpj.exe.jpg'],
    ['100%.png', '100%.jpg'],
    ["Düne (1)'*!.jpg", "Düne (1)'_!.jpg"],
    ['砂丘.jpg', '砂丘.jpg'],
    ['\uD800.jpg', 'jpg.jpg'],
    ['...', 'picture.jpg'],
    ['', 'picture.jpg'],
    [undefined, 'picture.jpg'],
  ])('becomes one that is safe to download: %j', (given, name) => {
    expect(downloadNameOf(keptFileName(given), 'image/jpeg')).toBe(name);
  });

  it('is kept up to 200 characters, without breaking one', () => {
    expect(keptFileName('🏜'.repeat(300))).toBe('🏜'.repeat(200));
  });

  it('says what the bytes are', () => {
    const names = ['image/jpeg', 'image/png', 'image/webp'].map((type) =>
      downloadNameOf('x.gif', type),
    );

    expect(names).toEqual(['x.jpg', 'x.png', 'x.webp']);
  });
});
